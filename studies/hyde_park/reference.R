# What R makes of the series. Usage: Rscript studies/hyde_park/reference.R FOLDER_OF_PUBLISHED_DATA
suppressMessages({library(nlme); library(MASS)})
file <- file.path(commandArgs(TRUE)[1], "studies/hyde_park/hyde_park_purse_snatchings_28day_periods_1969_1973.csv")
table <- read.csv(file)
table$after <- as.numeric(table$period >= 42)
exact <- glsControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 500)
reml <- gls(log(count) ~ after, table, correlation = corAR1(), method = "REML", control = exact)
binomial <- glm.nb(count ~ after, table, control = glm.control(epsilon = 1e-10, maxit = 200))
print(c(reml = coef(reml)[["after"]], error = sqrt(vcov(reml)[2, 2]),
        autocorrelation = coef(reml$modelStruct$corStruct, unconstrained = FALSE)[[1]],
        log_likelihood = c(logLik(reml))), digits = 10)
print(c(binomial = coef(binomial)[["after"]], theta = binomial$theta, log_likelihood = c(logLik(binomial))), digits = 10)
